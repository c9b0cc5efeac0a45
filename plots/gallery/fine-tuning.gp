# fine-tuning: Fine-tuning in little memory
# slim 0.1.0, commit 6fe44d4f6ace, GNU 12.2.0, flags -march=native -Wno-maybe-uninitialized -O1 -DNDEBUG -O3, on AMD EPYC × 2, 2026-11-25T22:02:35Z
# Run `gnuplot fine-tuning.gp` in this folder: draws fine-tuning.svg, .png and .pdf from fine-tuning.tsv.
set encoding utf8
set datafile separator tab

set terminal svg size 760, 620 dynamic rounded background '#ffffff' font 'sans-serif,13'
set output 'fine-tuning.svg'
unset label
unset object
unset arrow
set multiplot
set label 1 'Fine-tuning in little memory' at screen 0.025, 0.962 left noenhanced font ',16'
set label 2 'recovered/blocked, d_model 128, 2 layers, 4 heads, L = 256, batch 1, 4000 steps, 1 seed' at screen 0.025, 0.922 left noenhanced font ',10' textcolor rgb '#555555'
set label 10 'COMPATIBLE: SUPPORTED, 2.725e-51 in [1.211e-51, 2.725e-51]' at screen 0.975, 0.966 right noenhanced font ',10' textcolor rgb '#00664a'
set label 11 'DEVICE: SUPPORTED, 16 in [16, 256]' at screen 0.975, 0.942 right noenhanced font ',10' textcolor rgb '#00664a'
set label 12 'DEVICE/fine-tuning: SUPPORTED, 0, exact' at screen 0.975, 0.918 right noenhanced font ',10' textcolor rgb '#00664a'
set border 0
unset tics
unset key
set xrange [0:1]
set yrange [0:1]
unset logscale
set xlabel
set ylabel
plot 2 notitle
set tics nomirror scale 0.6 font ',11'
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.64
set bmargin at screen 0.1
set tmargin at screen 0.78
set xrange [0:4000]
set yrange [2:5]
set xlabel 'step' noenhanced offset 0, 0.3
set ylabel 'bits a byte' noenhanced offset 0.6, 0
set format y '%g'
set key at screen 0.09, 0.792 left bottom maxrows 3 Left reverse samplen 3 spacing 1.1 font ',11'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'fine-tuning.tsv' index 1 using 3:4 with lines linecolor rgb '#D55E00' dashtype solid linewidth 4.5 title 'full pass, no cap' noenhanced, \
     'fine-tuning.tsv' index 2 using 3:4 with points linecolor rgb '#0072B2' pointtype 2 pointsize 0.8 title 'full, then C = 64 in 7 MiB' noenhanced
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.69
set rmargin at screen 0.975
set bmargin at screen 0.1
set tmargin at screen 0.78
set xrange [0:7.641343116760254]
set yrange [0:2.4]
set xlabel 'memory, MiB' noenhanced offset 0, 0.3
set ylabel '' noenhanced offset 0.6, 0
set format y '%g'
set border 1
set xtics nomirror 2
unset ytics
set object rectangle from 0, 1.12 to 4.29296875, 1.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4.29296875, 1.12 to 7.277469635009766, 1.52 fillcolor rgb '#D55E00' fillstyle solid 1 noborder
set label 'full pass: fails, wanting' at 0, 1.7 left noenhanced font ',10'
set object rectangle from 0, 0.12 to 4.29296875, 0.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4.29296875, 0.12 to 5.286136627197266, 0.52 fillcolor rgb '#0072B2' fillstyle solid 1 noborder
set label 'C = 64: takes' at 0, 0.7 left noenhanced font ',10'
set arrow from 7, 0 to 7, 2.4 nohead linecolor rgb '#333333' dashtype '-'
set label 'may be had' at 7, 2.28 right offset -0.5, 0 noenhanced font ',10'
plot 'fine-tuning.tsv' index 3 using 3:4 with points pointtype 0 linecolor rgb '#ffffff' notitle
unset multiplot
set output

set terminal pngcairo size 1520, 1240 rounded background '#ffffff' font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2
set output 'fine-tuning.png'
unset label
unset object
unset arrow
set multiplot
set label 1 'Fine-tuning in little memory' at screen 0.025, 0.962 left noenhanced font ',16'
set label 2 'recovered/blocked, d_model 128, 2 layers, 4 heads, L = 256, batch 1, 4000 steps, 1 seed' at screen 0.025, 0.922 left noenhanced font ',10' textcolor rgb '#555555'
set label 10 'COMPATIBLE: SUPPORTED, 2.725e-51 in [1.211e-51, 2.725e-51]' at screen 0.975, 0.966 right noenhanced font ',10' textcolor rgb '#00664a'
set label 11 'DEVICE: SUPPORTED, 16 in [16, 256]' at screen 0.975, 0.942 right noenhanced font ',10' textcolor rgb '#00664a'
set label 12 'DEVICE/fine-tuning: SUPPORTED, 0, exact' at screen 0.975, 0.918 right noenhanced font ',10' textcolor rgb '#00664a'
set border 0
unset tics
unset key
set xrange [0:1]
set yrange [0:1]
unset logscale
set xlabel
set ylabel
plot 2 notitle
set tics nomirror scale 0.6 font ',11'
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.64
set bmargin at screen 0.1
set tmargin at screen 0.78
set xrange [0:4000]
set yrange [2:5]
set xlabel 'step' noenhanced offset 0, 0.3
set ylabel 'bits a byte' noenhanced offset 0.6, 0
set format y '%g'
set key at screen 0.09, 0.792 left bottom maxrows 3 Left reverse samplen 3 spacing 1.1 font ',11'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'fine-tuning.tsv' index 1 using 3:4 with lines linecolor rgb '#D55E00' dashtype solid linewidth 4.5 title 'full pass, no cap' noenhanced, \
     'fine-tuning.tsv' index 2 using 3:4 with points linecolor rgb '#0072B2' pointtype 2 pointsize 0.8 title 'full, then C = 64 in 7 MiB' noenhanced
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.69
set rmargin at screen 0.975
set bmargin at screen 0.1
set tmargin at screen 0.78
set xrange [0:7.641343116760254]
set yrange [0:2.4]
set xlabel 'memory, MiB' noenhanced offset 0, 0.3
set ylabel '' noenhanced offset 0.6, 0
set format y '%g'
set border 1
set xtics nomirror 2
unset ytics
set object rectangle from 0, 1.12 to 4.29296875, 1.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4.29296875, 1.12 to 7.277469635009766, 1.52 fillcolor rgb '#D55E00' fillstyle solid 1 noborder
set label 'full pass: fails, wanting' at 0, 1.7 left noenhanced font ',10'
set object rectangle from 0, 0.12 to 4.29296875, 0.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4.29296875, 0.12 to 5.286136627197266, 0.52 fillcolor rgb '#0072B2' fillstyle solid 1 noborder
set label 'C = 64: takes' at 0, 0.7 left noenhanced font ',10'
set arrow from 7, 0 to 7, 2.4 nohead linecolor rgb '#333333' dashtype '-'
set label 'may be had' at 7, 2.28 right offset -0.5, 0 noenhanced font ',10'
plot 'fine-tuning.tsv' index 3 using 3:4 with points pointtype 0 linecolor rgb '#ffffff' notitle
unset multiplot
set output

set terminal pdfcairo size 7.6in, 6.2in rounded font 'sans-serif,13' fontscale 0.55 linewidth 1.4 pointscale 1
set output 'fine-tuning.pdf'
unset label
unset object
unset arrow
set multiplot
set label 1 'Fine-tuning in little memory' at screen 0.025, 0.962 left noenhanced font ',16'
set label 2 'recovered/blocked, d_model 128, 2 layers, 4 heads, L = 256, batch 1, 4000 steps, 1 seed' at screen 0.025, 0.922 left noenhanced font ',10' textcolor rgb '#555555'
set label 10 'COMPATIBLE: SUPPORTED, 2.725e-51 in [1.211e-51, 2.725e-51]' at screen 0.975, 0.966 right noenhanced font ',10' textcolor rgb '#00664a'
set label 11 'DEVICE: SUPPORTED, 16 in [16, 256]' at screen 0.975, 0.942 right noenhanced font ',10' textcolor rgb '#00664a'
set label 12 'DEVICE/fine-tuning: SUPPORTED, 0, exact' at screen 0.975, 0.918 right noenhanced font ',10' textcolor rgb '#00664a'
set border 0
unset tics
unset key
set xrange [0:1]
set yrange [0:1]
unset logscale
set xlabel
set ylabel
plot 2 notitle
set tics nomirror scale 0.6 font ',11'
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.64
set bmargin at screen 0.1
set tmargin at screen 0.78
set xrange [0:4000]
set yrange [2:5]
set xlabel 'step' noenhanced offset 0, 0.3
set ylabel 'bits a byte' noenhanced offset 0.6, 0
set format y '%g'
set key at screen 0.09, 0.792 left bottom maxrows 3 Left reverse samplen 3 spacing 1.1 font ',11'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'fine-tuning.tsv' index 1 using 3:4 with lines linecolor rgb '#D55E00' dashtype solid linewidth 4.5 title 'full pass, no cap' noenhanced, \
     'fine-tuning.tsv' index 2 using 3:4 with points linecolor rgb '#0072B2' pointtype 2 pointsize 0.8 title 'full, then C = 64 in 7 MiB' noenhanced
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.69
set rmargin at screen 0.975
set bmargin at screen 0.1
set tmargin at screen 0.78
set xrange [0:7.641343116760254]
set yrange [0:2.4]
set xlabel 'memory, MiB' noenhanced offset 0, 0.3
set ylabel '' noenhanced offset 0.6, 0
set format y '%g'
set border 1
set xtics nomirror 2
unset ytics
set object rectangle from 0, 1.12 to 4.29296875, 1.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4.29296875, 1.12 to 7.277469635009766, 1.52 fillcolor rgb '#D55E00' fillstyle solid 1 noborder
set label 'full pass: fails, wanting' at 0, 1.7 left noenhanced font ',10'
set object rectangle from 0, 0.12 to 4.29296875, 0.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4.29296875, 0.12 to 5.286136627197266, 0.52 fillcolor rgb '#0072B2' fillstyle solid 1 noborder
set label 'C = 64: takes' at 0, 0.7 left noenhanced font ',10'
set arrow from 7, 0 to 7, 2.4 nohead linecolor rgb '#333333' dashtype '-'
set label 'may be had' at 7, 2.28 right offset -0.5, 0 noenhanced font ',10'
plot 'fine-tuning.tsv' index 3 using 3:4 with points pointtype 0 linecolor rgb '#ffffff' notitle
unset multiplot
set output
